"""Words that say nothing by themselves, folded, by language. They are indexed all the same (`stems`)."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOP_WORDS: dict[str, frozenset[str]] = {
    "en": _words(
        """
        a about after all also am an and any are as at be because been before being between both but by can could did do
        does doing done during each either for from further had has have having he her here hers him his how i if in
        into is it its itself just may me might more most must my no nor not now of off on once only or other our ours
        out over own same shall she should so some such than that the their theirs them then there these they this those
        through to too under until up upon us very was we were what when where which while who whom whose why will with
        within without would you your yours
        """
    ),
    "es": _words(
        """
        a al algo algun alguna algunas alguno algunos ante aquel aquella aquellas aquello aquellos asi aun aunque bajo
        bien cada como con contra cual cuales cualquier cuando cuanto de del desde donde dos durante e el ella ellas
        ello ellos en entre era eran es esa esas ese eso esos esta estaba estado estan estar estas este esto estos fue
        fueron ha haber habia hace hacia han hasta hay la las le les lo los mas me mi mis mismo mucho muy nada ni no nos
        nosotros nuestra nuestras nuestro nuestros o os otra otras otro otros para pero poco por porque pues que quien
        quienes se sea segun ser si sido sin sobre son su sus tal tambien tan tanto te tiene tienen toda todas todo
        todos tras tu tus u un una unas uno unos usted ustedes y ya yo
        """
    ),
    "fr": _words(
        """
        a afin ai ainsi alors apres au aucun aucune aussi autre autres aux avant avec avoir c car ce ceci cela celle
        celles celui ces cet cette ceux chaque chez ci comme comment d dans de des depuis donc dont du elle elles en
        encore entre es est et etaient etait etant ete etes etre eu eux fait font hors ici il ils j je jusqu l la le les
        leur leurs lors lorsque lui m ma mais me meme memes mes moi mon n ne ni nos notre nous on ont ou par parce pas
        pendant peu peut peuvent plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se selon
        sera ses si soit son sont sous sur t ta te tes toi ton tous tout toute toutes tres tu un une vers vos votre vous
        y
        """
    ),
    "pt-br": _words(
        """
        a ainda alem algum alguma algumas alguns antes ao aos apenas apos aquela aquelas aquele aqueles aquilo as
        assim ate cada com como contra da das de dela delas dele deles depois desde dessa dessas desse desses desta
        destas deste destes do dos durante e ela elas ele eles em entre era eram essa essas esse esses esta estao
        estas estava este estes eu foi foram ha isso isto ja la lhe lhes lo mais mas me mesma mesmo meu meus minha
        minhas muito muitos na nao nas nem nenhum nessa nesse nesta neste no nos nossa nossas nosso nossos num numa o
        os ou outra outras outro outros para pela pelas pelo pelos per perante pois por porque qual quais qualquer
        quando que quem se seja sem sendo ser sera seu seus si sido so sob sobre sua suas tal tambem tanto te tem
        tendo ter teu toda todas todo todos tu tua tudo um uma umas uns voce voces vos
        """
    ),
}
