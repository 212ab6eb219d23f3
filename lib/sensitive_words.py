"""Word lists for `lib.sensitive` by topic and language, separated by commas. `*` is any ending.

Inflected words are listed as stems. The words are listed for detection, not for use, so hurtful ones are
included. Common names (Christian, Cristina) and everyday words (black, race) are left out.
"""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "origin": {
        "en": "ethnic*, nationality, gypsy, gypsies, roma, romani, arab, arabs, african*, asian, kurd*, "
        "foreigner*, immigrant*, refugee*, asylum seeker*, black man, black woman, skin colour, dark "
        "skinned, of colour",
        "es": "etnia*, étnic*, nacionalidad*, gitan*, moro, moros, árabe*, african*, subsaharian*, magreb*, "
        "marroquí*, extranjer*, inmigrante*, refugiad*, de color, raza",
        "pt": "etnia*, étnic*, nacionalidade*, cigan*, árabe*, african*, magreb*, marroquin*, estrangeir*, "
        "imigrante*, refugiad*, de cor, raça",
        "it": "etnia, etnie, etnic*, nazionalità, rom, sinti, sinto, zingar*, arabo, araba, arabi, "
        "african*, marocchin*, stranier*, immigrat*, profug*, rifugiat*, di colore, razza",
        "fi": "etni*, kansalaisuu*, romani*, mustalai*, arabi*, afrikkalai*, somali*, saamelai*, "
        "ulkomaalai*, maahanmuutta*, pakolai*, ihonväri*, tummaihoi*",
        "et": "etnili*, rahvus*, kodakondsus*, roma, romad, mustlas*, araabla*, aafrikla*, venela*, "
        "välismaala*, sisserända*, pagula*, nahavärv*, tumedanaha*",
        "lv": "etnisk*, tautīb*, pilsonīb*, rom, romi, romu, čigān*, arāb*, āfrik*, ārzemniek*, imigrant*, "
        "bēgļ*, bēgl*, ādas krās*, tumšād*",
        "bg": "етнич*, етнос*, националност*, гражданство, ром, роми, ромка, ромск*, циган*, турчин, "
        "туркин*, араб*, африкан*, чужден*, имигрант*, бежан*, цвят на кожата, тъмнокож*",
        "sv": "etnisk*, etnicitet*, nationalitet*, rom, romer, romsk*, zigenar*, arab, araber, afrikan*, "
        "samisk*, utlänning*, invandrar*, flykting*, hudfärg*, mörkhyad*",
    },
    "belief": {
        "en": "religion, religious, believer*, muslim*, islam*, a christian, christians, catholic*, "
        "protestant*, orthodox, jew, jews, jewish, hindu*, sikh*, buddhist*, atheist*, evangelical*, "
        "jehovah*",
        "es": "religión, religios*, creyente*, musulman*, islam*, cristiano, cristiana, cristianos, "
        "cristianas, católic*, protestante*, evangélic*, judío*, judía*, hindú*, sij, sijs, budista*, "
        "ateo, atea, jehová",
        "pt": "religião, religios*, crente*, muçulman*, islâm*, cristão, cristãos, católic*, protestante*, "
        "evangélic*, judeu*, judia*, hindu*, sikh*, budista*, ateu, ateia, jeová",
        "it": "religione, religios*, credente, credenti, musulman*, islam*, cristiani, cattolic*, "
        "protestant*, evangelic*, ortodoss*, ebreo, ebrea, ebrei, ebree, ebraic*, induist*, sikh*, "
        "buddist*, ateo, atea, geova",
        "fi": "uskonto*, uskonno*, uskovai*, muslim*, islami*, kristitty, kristity*, katoli*, ortodoks*, "
        "helluntai*, juutalai*, hindu*, sikhi*, buddhalai*, ateist*, jehovan*",
        "et": "religioo*, usund*, usklik*, moslem*, muslim*, islami*, kristla*, katoliikla*, katolikla*, "
        "õigeusk*, luterla*, juut, juudi*, hindu*, sikh*, budis*, ateist*, jehoova*",
        "lv": "reliģ*, ticīg*, musulma*, islām*, kristiet*, katoļ*, katoli*, pareiztic*, luterāņ*, ebrej*, "
        "žīd*, hinduis*, sikh*, budis*, ateist*, jehov*",
        "bg": "религи*, вярващ*, мюсюлман*, ислям*, християн*, католи*, православ*, протестант*, "
        "евангелист*, еврей*, евреи*, еврейк*, индуист*, сикх*, будист*, атеист*",
        "sv": "religion*, religiös*, troende, muslim*, islam*, kristen, kristna, katolik*, katolsk*, "
        "ortodox*, frikyrk*, jude, judar, judisk*, hindu*, sikh*, buddist*, ateist*, jehova*",
    },
    "orientation": {
        "en": "gay, gays, lesbian*, bisexual*, homosexual*, heterosexual*, queer, transgender*, "
        "transsexual*, trans man, trans woman, lgbt*, sexual orientation",
        "es": "gay, gais, lesbian*, bisexual*, homosexual*, heterosexual*, transexual*, transgénero*, "
        "marica*, lgtb*, orientación sexual",
        "pt": "gay, lésbic*, bissexua*, homossexua*, heterossexua*, transexua*, transgénero*, transgênero*, "
        "lgbt*, orientação sexual",
        "it": "gay, lesbic*, bisessual*, omosessual*, eterosessual*, transessual*, transgender*, lgbt*, "
        "orientamento sessuale",
        "fi": "homo, homot, homoseksu*, lesbo*, biseksu*, heteroseksu*, transsuku*, transnai*, transmie*, "
        "hlbt*, seksuaali*",
        "et": "gei, geid, homo, homosek*, lesbi*, bisek*, heterosek*, transsoo*, transnai*, lgbt*, seksuaal*",
        "lv": "gejs, geja, geji, gejam, lesbiet*, biseksuāl*, homoseksuāl*, heteroseksuāl*, transpers*, "
        "transdzim*, lgbt*, seksuāl*",
        "bg": "гей, гейове, лесбийк*, бисексуал*, хомосексуал*, хетеросексуал*, трансджендър*, "
        "транссексуал*, лгбт*, сексуална ориентация",
        "sv": "gay, bög*, homosexuell*, lesbisk*, bisexuell*, heterosexuell*, transperson*, transsexuell*, "
        "hbtq*, sexuell läggning",
    },
    "health": {
        "en": "ill, illness*, sick, disease*, diagnos*, depress*, cancer, hiv, aids, pregnan*, disabled, "
        "disability, wheelchair*, addict*, alcoholic*, mental health, schizophren*, autis*, diabet*, "
        "dementia, psychiatr*, suicid*",
        "es": "enferm*, diagnostic*, depresi*, cáncer, vih, sida, embaraz*, discapacitad*, discapacidad*, "
        "minusválid*, silla de ruedas, adict*, drogadict*, alcohólic*, salud mental, esquizofren*, "
        "autis*, diabét*, demencia*, psiquiátr*, suicid*",
        "pt": "doente*, doença*, diagnostic*, depress*, cancro, câncer, vih, sida, grávid*, deficien*, "
        "cadeira de rodas, toxicodepend*, alcoólic*, saúde mental, esquizofren*, autis*, diabét*, "
        "demência*, psiquiátr*, suicid*",
        "it": "malat*, malatti*, diagnos*, depress*, cancro, tumore, hiv, aids, incinta, gravidanza, "
        "disabil*, invalid*, sedia a rotelle, tossicodipend*, alcolist*, alcolizzat*, salute mentale, "
        "schizofren*, autis*, diabet*, demenza, psichiatr*, suicid*",
        "fi": "sairas, sairaa*, sairau*, diagnoo*, masennu*, masentun*, syöpä*, syövä*, hiv, raskaana, "
        "vammai*, pyörätuol*, päihde*, alkoholisti*, mielenterv*, skitsofren*, autis*, diabee*, "
        "dementi*, muistisair*, psykiatr*, itsemurh*",
        "et": "haige, haiged, haigus*, diagnoo*, depressi*, vähk, vähi*, hiv, rase, rasedu*, puue, puude*, "
        "ratastool*, sõltuvus*, alkohoolik*, vaimne tervis*, skisofreen*, autis*, diabee*, dements*, "
        "psühhiaat*, enesetap*",
        "lv": "slims, slima, slimo*, slimīb*, diagnoz*, depresij*, vēzis, vēža, vēzi, hiv, grūtniec*, "
        "invalid*, ratiņkrēsl*, atkarīb*, alkoholiķ*, garīgā veselīb*, šizofrēn*, autis*, diabēt*, "
        "demenc*, psihiatr*, pašnāvīb*",
        "bg": "болен, болна, болни, болест*, диагноз*, депреси*, рак, хив, бременн*, инвалид*, увреждан*, "
        "инвалидна количка, зависимост*, алкохолик*, психично здраве, шизофрен*, аутис*, диабет*, "
        "деменци*, психиат*, самоубий*",
        "sv": "sjuk, sjuka, sjukdom*, diagnos*, depression*, deprimerad*, cancer*, hiv, gravid*, "
        "funktionsneds*, funktionshind*, handikapp*, rullstol*, missbruk*, alkoholis*, psykisk*, "
        "schizofren*, autis*, diabet*, demens*, psykiatr*, självmord*",
    },
}

#: Words with a harmless meaning in the writer's own language.
ELSEWHERE: Final[Mapping[str, str]] = {
    "en": "invalid*, jude, homo",
    "es": "roma",
    "pt": "roma",
    "it": "roma",
    "fi": "moro, moros",
    "sv": "sida",
}

#: A word beside one of these describes a group.
GROUPS: Final[Mapping[str, str]] = {
    "en": "communit*, association*, centre*, center*, mosque*, group*, organisation*, organization*, "
    "families, people, women, youth, residents, council*, federation*, school*, festival*, pride, "
    "service*, clinic*, support, network*",
    "es": "comunidad*, asociaci*, centro*, mezquita*, grupo*, organizaci*, familias, personas, mujeres, "
    "jóvenes, vecin*, consejo*, federaci*, colegio*, fiesta*, orgullo, servicio*, colectivo*",
    "pt": "comunidade*, associaç*, centro*, mesquita*, grupo*, organizaç*, famílias, pessoas, mulheres, "
    "jovens, moradores, conselho*, federaç*, escola*, festa*, orgulho, serviço*, coletivo*",
    "it": "comunità, associazion*, centro*, moschea, gruppo, gruppi, organizzazion*, famiglie, persone, "
    "donne, giovani, consiglio*, federazion*, scuola*, festa*, pride, servizi*",
    "fi": "yhteisö*, yhdisty*, keskus*, keskuk*, moskei*, ryhmä*, järjest*, perhe*, ihmis*, naiset, "
    "naisten, nuor*, asukka*, liitto*, koulu*, juhla*, pride*, palvelu*",
    "et": "kogukon*, ühing*, ühend*, keskus*, mošee*, grup*, rühm*, organisatsioon*, pered*, perede, "
    "inimesed, naised, naiste, noor*, elanik*, liit*, kool*, pidu*, teenus*",
    "lv": "kopien*, biedrīb*, apvienīb*, centr*, mošej*, grup*, organizācij*, ģimenes, ģimeņu, cilvēki, "
    "sievietes, sieviešu, jauniešu, iedzīvotāj*, savienīb*, skol*, svētk*, praids, pakalpojum*",
    "bg": "общн*, сдружени*, асоциаци*, център*, джами*, груп*, организаци*, семейства, хора, жени, "
    "младеж*, жители, съвет*, федераци*, училищ*, празник*, прайд*, служб*",
    "sv": "gemenskap*, förening*, centr*, moské*, grupp*, organisation*, familjer*, människor, kvinnor, "
    "ungdom*, boende, förbund*, skol*, fest*, pride*, församling*, tjänst*",
}

#: Signs of a hate incident, each alone.
SIGNS: Final[Mapping[str, str]] = {
    "en": "swastika*, nazi*, ku klux, hate crime*, hate incident*, hate speech, racis*, xenophob*, "
    "antisemit*, islamophob*, homophob*, transphob*",
    "es": "esvástica*, svástica*, nazi*, delito de odio, delitos de odio, discurso de odio, racis*, "
    "xenófob*, xenofobia, antisemit*, islamófob*, islamofobia, homófob*, homofobia, tránsfob*, "
    "transfobia",
    "pt": "suástica*, nazi*, crime de ódio, crimes de ódio, discurso de ódio, racis*, xenófob*, "
    "xenofobia, antissemit*, islamofob*, homofob*, transfob*",
    "it": "svastic*, nazist*, crimine d'odio, crimini d'odio, discorso d'odio, razzis*, xenofob*, "
    "antisemit*, islamofob*, omofob*, transfob*",
    "fi": "hakarist*, natsi*, viharikos*, vihapuhe*, rasis*, muukalaisviha*, antisemit*, islamofob*, "
    "homofob*, transfob*",
    "et": "haakrist*, svastika*, natsi*, vihakuri*, vihakõne*, rassis*, ksenofoob*, antisemit*, "
    "islamofoob*, homofoob*, transfoob*",
    "lv": "svastik*, kāškrust*, nacist*, naida nozieg*, naida run*, rasis*, ksenofob*, antisemīt*, "
    "islamofob*, homofob*, transfob*",
    "bg": "свастик*, нацист*, престъпление от омраза, престъпления от омраза, реч на омразата, "
    "расист*, расиз*, ксенофоб*, антисемит*, ислямофоб*, хомофоб*, трансфоб*",
    "sv": "hakkors*, nazist*, hatbrott*, hatpropaganda, rasist*, rasism*, främlingsfientlig*, "
    "antisemit*, islamofob*, homofob*, transfob*",
}
#: Places of a community.
PLACES: Final[Mapping[str, str]] = {
    "en": "mosque*, synagogue*, church*, temple*, gurdwara*, prayer room*, shelter*, refuge*, "
    "reception centre*, cemeter*, shul*",
    "es": "mezquita*, sinagoga*, iglesia*, templo*, centro de acogida, cementerio*, oratorio*",
    "pt": "mesquita*, sinagoga*, igreja*, templo*, centro de acolhimento, cemitério*",
    "it": "mosche*, sinagog*, chies*, templ*, centro di accoglienza, cimiter*",
    "fi": "moskeija*, synagog*, kirkko*, kirko*, temppeli*, vastaanottokesku*, hautausma*",
    "et": "mošee*, sünagoog*, kirik*, templ*, varjupai*, kalmistu*",
    "lv": "mošej*, sinagog*, baznīc*, templi*, patvērum*, kapsēt*, kapiem, kapos",
    "bg": "джами*, синагог*, църкв*, храм*, приют*, гробищ*",
    "sv": "moské*, synagog*, kyrk*, tempel*, asylboende*, kyrkogård*",
}
#: Leaders of a community of belief, by what they are called rather than by name.
LEADERS: Final[Mapping[str, str]] = {
    "en": "imam*, rabbi*, priest*, pastor*, bishop*, nun, nuns, monk*",
    "es": "imán, imanes, rabino*, sacerdote*, obispo*, monja*, monje*",
    "pt": "imã, imãs, imame*, rabino*, sacerdote*, bispo*, freira*, monge*",
    "it": "rabbino, rabbini, sacerdot*, vescov*, suora, suore, monaco, monaci",
    "fi": "imaami*, rabbii*, rabbi*, pappi*, piispa*, nunna*, munkki*",
    "et": "imaam*, rabi*, preester*, piiskop*, nunn*, munk*",
    "lv": "imām*, rabīn*, priester*, bīskap*, mūķen*, mūk*",
    "bg": "имам*, равин*, свещеник*, епископ*, монахин*, монах*",
    "sv": "imam*, rabbin*, präst*, biskop*, nunna*, munk*",
}
#: What is done in a hate incident.
ATTACKS: Final[Mapping[str, str]] = {
    "en": "attack*, daub*, graffiti*, sprayed, threat*, insult*, spat, arson*, burned, burnt, "
    "set fire, vandal*, smash*, broke*, beaten, assault*, harass*, abus*, bomb*",
    "es": "ataque*, atac*, agred*, agresi*, pintada*, grafiti*, amenaz*, insult*, escup*, incendi*, "
    "vandal*, golpe*, acos*, rompi*",
    "pt": "ataque*, atac*, agred*, agress*, grafit*, pichaç*, ameaç*, insult*, cusp*, incend*, queim*, "
    "vandal*, assedi*",
    "it": "attacc*, aggred*, aggress*, graffiti*, imbratta*, minacc*, insult*, sput*, incend*, "
    "brucia*, vandal*, rott*, picchia*, molest*",
    "fi": "hyökk*, töhr*, graffit*, uhka*, uhkail*, loukka*, solvat*, sylk*, tuhopolt*, polt*, "
    "ilkival*, rikot*, hakat*, pahoinpit*, häirin*",
    "et": "rünn*, sodi*, grafit*, ähvard*, solva*, sülita*, süüta*, põleta*, lõhu*, vandal*, peks*, ahista*",
    "lv": "uzbruk*, apzīmē*, grafiti, apvain*, spļāv*, dedzinā*, vandā*, izsit*, sasit*, piekau*, "
    "aizskar*, draudē*, draudi, draudu",
    "bg": "напад*, надраск*, графит*, заплах*, заплаш*, обид*, оплю*, подпал*, запал*, вандал*, счуп*, "
    "разби*, пребит*, тормоз*",
    "sv": "attack*, angrep*, klott*, graffiti*, förolämp*, spott*, mordbrand*, vandal*, kross*, "
    "slagit*, misshandl*, trakasser*, hotade*, hotar, hotbrev",
}
